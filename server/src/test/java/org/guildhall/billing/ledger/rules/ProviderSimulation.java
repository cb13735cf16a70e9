package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerWorld.ACCOUNT;
import static org.guildhall.billing.ledger.rules.LedgerWorld.CONNECTION;
import static org.guildhall.billing.ledger.rules.LedgerWorld.id;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.guildhall.billing.ledger.facts.BalanceFacts;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;
import org.guildhall.billing.ledger.facts.DisputeFacts;
import org.guildhall.billing.ledger.facts.InvoiceFacts.Instants;
import org.guildhall.billing.ledger.facts.InvoiceFacts.InvoiceLine;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.MoneyMovement.Fee;
import org.guildhall.billing.ledger.facts.MoneyMovement;
import org.guildhall.billing.ledger.facts.PaymentFacts.Application;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.guildhall.billing.ledger.facts.PayoutFacts;
import org.guildhall.billing.ledger.facts.RefundFacts;

/**
 * A payment provider with one account. Each step changes something if it can, and tells the new state of each changed object. The provider
 * counts its own balances, so that a ledger can be compared with them.
 */
final class ProviderSimulation {

    /** The state of an object; a higher version is newer. */
    record Told(UUID id, int version, Object facts) {}

    private static final String CURRENCY = "AUD";
    private static final int KINDS_OF_STEPS = 14;

    private final List<Told> stream = new ArrayList<>();
    private final Map<UUID, Integer> versions = new HashMap<>();
    private final List<InvoiceFacts> invoices = new ArrayList<>();
    private final List<PaymentFacts> payments = new ArrayList<>();
    private final List<RefundFacts> refunds = new ArrayList<>();
    private final List<DisputeFacts> disputes = new ArrayList<>();
    private final Map<UUID, Long> returned = new HashMap<>();
    private long numbers = 100;
    private Instant now = LedgerWorld.day(1);
    private long balance;
    private long credit;

    /** The stream of states that the steps tell, in their order. */
    List<Told> stream() {
        return stream;
    }

    /** The money at the provider. */
    long balance() {
        return balance;
    }

    /** The account's balance for later invoices. */
    long credit() {
        return credit;
    }

    /** The sum of what open invoices ask for. */
    long receivable() {
        return invoices.stream().filter(invoice -> invoice.state().equals("open")).mapToLong(InvoiceFacts::remainingMinor).sum();
    }

    /** The amount that is withheld while a dispute is open. */
    long disputed() {
        return disputes.stream().filter(dispute -> !dispute.state().equals("lost")).mapToLong(DisputeFacts::withheldMinor).sum();
    }

    void step(int number) {
        now = now.plusSeconds(3_600);
        int choice = number / KINDS_OF_STEPS;
        switch (number % KINDS_OF_STEPS) {
            case 0, 1 -> finalizeInvoice(choice);
            case 2, 3 -> pay(choice, 1);
            case 4 -> pay(choice, 2);
            case 5 -> payTwo(choice);
            case 6 -> failAfterAll(choice);
            case 7 -> refund(choice);
            case 8 -> failRefund(choice);
            case 9 -> close(choice, choice % 2 == 0 ? "void" : "uncollectible");
            case 10 -> give(choice);
            case 11 -> creditNote(choice);
            case 12 -> dispute(choice);
            default -> payOut(choice);
        }
    }

    private void tell(UUID id, Object facts) {
        stream.add(new Told(id, versions.merge(id, 1, Integer::sum), facts));
    }

    private InvoiceFacts tell(InvoiceFacts invoice) {
        invoices.removeIf(old -> old.id().equals(invoice.id()));
        invoices.add(invoice);
        tell(invoice.id(), invoice);
        return invoice;
    }

    private void finalizeInvoice(int choice) {
        var lines = new ArrayList<InvoiceLine>();
        boolean inclusive = choice % 2 == 0;
        long tax = 0;
        long total = 0;
        for (int at = 0; at <= choice % 3; at++) {
            long amount = 1_000 + 37L * choice + at;
            long discount = at == 1 ? 113 : 0;
            long lineTax = HalfUp.share(amount - discount, 10, inclusive ? 110 : 100);
            lines.add(new InvoiceLine(amount, discount, inclusive ? lineTax : 0));
            tax += lineTax;
            total += amount - discount + (inclusive ? 0 : lineTax);
        }
        var id = id(numbers++);
        var draft = new InvoiceFacts(
                id, CONNECTION, ACCOUNT, CURRENCY, "draft", true, lines, tax, null, total, total, 0, 0, 0, 0, new Instants(null, null, null, now));
        tell(draft);
        long applied = Math.min(credit, total);
        credit -= applied;
        var state = applied == total ? "paid" : "open";
        tell(new InvoiceFacts(
                id, CONNECTION, ACCOUNT, CURRENCY, state, true, lines, tax, null, total, total - applied, 0, 0, 0, applied,
                new Instants(now, null, null, now)));
        if (applied > 0) {
            tellBalance();
        }
    }

    /** What the payments of an invoice have paid, as the provider tells it with the invoice. */
    private long paid(InvoiceFacts invoice) {
        return payments.stream().filter(PaymentFacts::isReceived).flatMap(payment -> payment.applications().stream())
                .filter(part -> part.invoiceId().equals(invoice.id())).mapToLong(Application::amountMinor).sum();
    }

    private InvoiceFacts changed(InvoiceFacts invoice, String state, long remaining) {
        return tell(new InvoiceFacts(
                invoice.id(), CONNECTION, ACCOUNT, CURRENCY, state, true, invoice.lines(), invoice.taxMinor(), null, invoice.totalMinor(), remaining,
                paid(invoice), 0, 0, invoice.creditAppliedMinor(), new Instants(invoice.at().finalized(), now, now, now)));
    }

    private static <T> List<T> some(List<T> all, Predicate<T> which) {
        return all.stream().filter(which).toList();
    }

    private List<InvoiceFacts> owing() {
        return some(invoices, invoice -> (invoice.state().equals("open") || invoice.state().equals("uncollectible")) && invoice.remainingMinor() > 0);
    }

    private void pay(int choice, int parts) {
        var owing = owing();
        if (!owing.isEmpty()) {
            var invoice = owing.get(choice % owing.size());
            long amount = Math.max(1, invoice.remainingMinor() / parts);
            receive(amount, List.of(new Application(invoice.id(), amount, now)));
            long left = invoice.remainingMinor() - amount;
            changed(invoice, left == 0 ? "paid" : invoice.state(), left);
        }
    }

    private void payTwo(int choice) {
        var owing = owing();
        if (owing.size() > 1) {
            var first = owing.get(choice % owing.size());
            var second = owing.get((choice + 1) % owing.size());
            receive(first.remainingMinor() + second.remainingMinor(), List.of(
                    new Application(first.id(), first.remainingMinor(), now), new Application(second.id(), second.remainingMinor(), now)));
            changed(first, "paid", 0);
            changed(second, "paid", 0);
        }
    }

    private void receive(long amount, List<Application> applications) {
        var id = id(numbers++);
        tell(payment(id, "processing", 0, List.of(), List.of(), now));
        tell(payment(id, "succeeded", amount, applications, List.of(), now));
        long fee = 30 + amount / 100;
        var movement = new MoneyMovement("txn_" + id, amount, amount, CURRENCY, List.of(new Fee(false, fee), new Fee(true, fee / 10)), now);
        tell(payment(id, "succeeded", amount, applications, List.of(movement), now));
        balance += amount - fee - fee / 10;
    }

    private PaymentFacts payment(
            UUID id, String state, long captured, List<Application> applications, List<MoneyMovement> movements, Instant paidAt) {
        return new PaymentFacts(id, CONNECTION, ACCOUNT, CURRENCY, state, captured, paidAt, applications, movements, now);
    }

    private void tell(PaymentFacts payment) {
        payments.removeIf(old -> old.id().equals(payment.id()));
        payments.add(payment);
        tell(payment.id(), payment);
    }

    private long left(PaymentFacts payment) {
        return payment.isReceived() ? payment.capturedMinor() - returned.getOrDefault(payment.id(), 0L) : 0;
    }

    private void failAfterAll(int choice) {
        var received = some(payments, payment -> payment.isReceived() && !returned.containsKey(payment.id()));
        if (received.isEmpty()) {
            return;
        }
        var payment = received.get(choice % received.size());
        tell(payment(payment.id(), "reversed", payment.capturedMinor(), payment.applications(), payment.movements(), payment.receivedAt()));
        balance -= payment.capturedMinor();
        for (var part : payment.applications()) {
            var invoice = some(invoices, each -> each.id().equals(part.invoiceId())).getFirst();
            if (invoice.isFinalized()) {
                changed(invoice, invoice.state().equals("paid") ? "open" : invoice.state(), invoice.remainingMinor() + part.amountMinor());
            }
        }
    }

    private void refund(int choice) {
        var refundable = some(payments, payment -> left(payment) > 0);
        if (!refundable.isEmpty()) {
            var payment = refundable.get(choice % refundable.size());
            long amount = Math.max(1, left(payment) / (1 + choice % 3));
            tell(new RefundFacts(id(numbers++), payment.id(), CONNECTION, ACCOUNT, CURRENCY, "pending", amount, null, List.of(), now));
            tell(new RefundFacts(id(numbers - 1), payment.id(), CONNECTION, ACCOUNT, CURRENCY, "succeeded", amount, now, List.of(), now));
            returned.merge(payment.id(), amount, Long::sum);
            balance -= amount;
        }
    }

    private void tell(RefundFacts refund) {
        refunds.removeIf(old -> old.id().equals(refund.id()));
        refunds.add(refund);
        tell(refund.id(), refund);
    }

    private void failRefund(int choice) {
        var paid = some(refunds, RefundFacts::isPaid);
        if (!paid.isEmpty()) {
            var refund = paid.get(choice % paid.size());
            tell(new RefundFacts(
                    refund.id(), refund.paymentId(), CONNECTION, ACCOUNT, CURRENCY, "failed", refund.amountMinor(), refund.settledAt(), List.of(),
                    now));
            returned.merge(refund.paymentId(), -refund.amountMinor(), Long::sum);
            balance += refund.amountMinor();
        }
    }

    private void close(int choice, String state) {
        var open = some(invoices, invoice -> invoice.state().equals("open"));
        if (!open.isEmpty()) {
            var invoice = open.get(choice % open.size());
            changed(invoice, state, state.equals("void") ? 0 : invoice.remainingMinor());
            if (state.equals("void")) {
                credit += invoice.creditAppliedMinor();
                tellBalance();
            }
        }
    }

    private void give(int choice) {
        credit += 100 + choice;
        tellBalance();
    }

    /** The account's balance; what moved it follows from the other states that have arrived. */
    private void tellBalance() {
        tell(ACCOUNT, new BalanceFacts(ACCOUNT, CURRENCY, credit, 0, now));
    }

    private void creditNote(int choice) {
        var id = id(numbers++);
        var owing = some(owing(), invoice -> invoice.state().equals("open"));
        var paid = some(invoices, invoice -> invoice.state().equals("paid"));
        if (choice % 2 == 0 && !owing.isEmpty()) {
            var invoice = owing.get(choice % owing.size());
            long amount = Math.max(1, invoice.remainingMinor() / 3);
            tell(id, new CreditNoteFacts(id, ACCOUNT, invoice.id(), CURRENCY, null, true, amount, 0, 0, List.of(), now, now));
            long left = invoice.remainingMinor() - amount;
            changed(invoice, left == 0 ? "paid" : "open", left);
        } else if (!paid.isEmpty()) {
            var invoice = paid.get(choice % paid.size());
            tell(id, new CreditNoteFacts(id, ACCOUNT, invoice.id(), CURRENCY, null, true, 0, 50, 0, List.of(), now, now));
            credit += 50;
            tellBalance();
        }
    }

    /** A new dispute, or the decision of one. */
    private void dispute(int choice) {
        var undecided = some(disputes, dispute -> dispute.state().equals("under_review"));
        var disputable = some(payments, payment -> left(payment) > 0);
        if (choice % 2 == 0 && !undecided.isEmpty()) {
            decide(undecided.get(choice % undecided.size()), choice % 4 == 0);
        } else if (!disputable.isEmpty()) {
            var payment = disputable.get(choice % disputable.size());
            long amount = left(payment);
            returned.merge(payment.id(), amount, Long::sum);
            var id = id(numbers++);
            tell(new DisputeFacts(id, payment.id(), CONNECTION, ACCOUNT, CURRENCY, "under_review", null,
                    List.of(new MoneyMovement("out_" + id, -amount, -amount, CURRENCY, List.of(new Fee(false, 1_500)), now)), now));
            balance -= amount + 1_500;
        }
    }

    private void decide(DisputeFacts dispute, boolean won) {
        var movements = new ArrayList<>(dispute.movements());
        if (won) {
            long amount = dispute.withheldMinor();
            movements.add(new MoneyMovement("in_" + dispute.id(), amount, amount, CURRENCY, List.of(new Fee(false, -1_500)), now));
            balance += amount + 1_500;
            returned.merge(dispute.paymentId(), -amount, Long::sum);
        }
        tell(new DisputeFacts(dispute.id(), dispute.paymentId(), CONNECTION, ACCOUNT, CURRENCY, won ? "won" : "lost", now, movements, now));
    }

    private void tell(DisputeFacts dispute) {
        disputes.removeIf(old -> old.id().equals(dispute.id()));
        disputes.add(dispute);
        tell(dispute.id(), dispute);
    }

    private void payOut(int choice) {
        if (balance > 25) {
            var id = id(numbers++);
            long amount = balance - 25;
            tell(id, new PayoutFacts(id, CONNECTION, CURRENCY, "pending", amount, 25, 2, null, now));
            tell(id, new PayoutFacts(id, CONNECTION, CURRENCY, "paid", amount, 25, 2, now, now));
            balance = 0;
            if (choice % 4 == 0) {
                tell(id, new PayoutFacts(id, CONNECTION, CURRENCY, "failed", amount, 25, 2, null, now));
                balance = amount + 25;
            }
        }
    }
}
