package org.guildhall.tasks.messages;

import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListTransportsQuery;
import org.guildhall.api.model.MessageChannel;
import org.guildhall.api.model.NewTransport;
import org.guildhall.api.model.NewTransportHttp;
import org.guildhall.api.model.NewTransportSender;
import org.guildhall.api.model.NewTransportSmtp;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.Transport;
import org.guildhall.api.model.TransportHttp;
import org.guildhall.api.model.TransportId;
import org.guildhall.api.model.TransportKind;
import org.guildhall.api.model.TransportPatch;
import org.guildhall.api.model.TransportSender;
import org.guildhall.api.model.TransportSmtp;
import org.guildhall.api.model.TransportState;
import org.guildhall.api.model.TransportTls;
import org.guildhall.api.tasks.TransportsApi;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.TargetRules;
import org.guildhall.core.outbound.WebhookSignature;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.tasks.messages.TransportStore.Endpoint;
import org.guildhall.tasks.messages.TransportStore.Filter;
import org.guildhall.tasks.messages.TransportStore.Replaced;
import org.guildhall.tasks.messages.TransportStore.Row;
import org.guildhall.tasks.messages.TransportStore.Server;
import org.guildhall.tasks.messages.TransportStore.Values;
import org.jspecify.annotations.Nullable;

/** Transports: {@code /tasks/transports}. No answer contains a password or a secret. */
final class TransportsHandler implements TransportsApi<Call> {

    private static final String BASE = "/api/v1/tasks/transports/";
    private static final int PORT = 587;
    private static final int RATE_PER_MINUTE = 60;

    private final TransportStore transports;
    private final Keys keys;
    private final Outbox outbox;

    TransportsHandler(TransportStore transports, Keys keys, Outbox outbox) {
        this.transports = transports;
        this.keys = keys;
        this.outbox = outbox;
    }

    @Override
    public Reply<Transport> createTransport(Call call, NewTransport body) {
        var id = Ids.next();
        requireOne(body.smtp(), body.http());
        var values = new Values(
                body.externalId(), body.name(), body.smtp() == null ? null : server(id, body.smtp()),
                body.http() == null ? null : endpoint(id, body.http()), body.sender().address(), body.sender().name(),
                body.ratePerMinute() == null ? RATE_PER_MINUTE : body.ratePerMinute(), Boolean.TRUE.equals(body.isDefault()), id(body.signalId()));
        // The former default comes first: there is one default at a time.
        var former = values.isDefault() ? transports.endDefault(call.tx(), "email", id) : null;
        var transport = toApi(transports.insert(call.tx(), id, values));
        call.created(transport.id(), transport);
        recordFormer(call, former);
        return Reply.created(BASE + transport.id(), transport);
    }

    @Override
    public Reply<Page<Transport>> listTransports(Call call, ListTransportsQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(transports.list(call.tx(), call.page(), filter).map(TransportsHandler::toApi));
    }

    @Override
    public Reply<Transport> getTransport(Call call, TransportId transportId) {
        return Reply.ok(toApi(Require.found(transports.get(call.tx(), transportId.value()))));
    }

    @Override
    public Reply<Transport> updateTransport(Call call, TransportId transportId, Patch<TransportPatch> patch) {
        var before = lock(call, transportId);
        var current = patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        requireOne(wanted.smtp(), wanted.http());
        if ((wanted.smtp() == null) != (current.smtp() == null)) {
            var detail = "A transport doesn't change between a mail server and an HTTP endpoint. Create another one.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer(wanted.smtp() == null ? "/http" : "/smtp", "excluded", detail));
        }
        var server = wanted.smtp() == null || wanted.smtp().equals(current.smtp()) ? before.server() : server(before.id(), wanted.smtp());
        var endpoint = wanted.http() == null || wanted.http().equals(current.http()) ? before.endpoint() : endpoint(before.id(), wanted.http());
        var values = new Values(
                wanted.externalId(), wanted.name(), server, endpoint, wanted.sender().address(), wanted.sender().name(), wanted.ratePerMinute(),
                wanted.isDefault(), id(wanted.signalId()));
        var former = values.isDefault() && !before.isDefault() ? transports.endDefault(call.tx(), before.channel(), before.id()) : null;
        var after = changed(call, before, transports.update(call.tx(), before.id(), values));
        recordFormer(call, former);
        if (!Objects.equals(values.signalId(), before.signalId())) {
            outbox.release(call.tx(), before.id());
        }
        return after;
    }

    @Override
    public Reply<Transport> pauseTransport(Call call, TransportId transportId) {
        return move(call, transportId, "active", "paused");
    }

    @Override
    public Reply<Transport> resumeTransport(Call call, TransportId transportId) {
        var resumed = move(call, transportId, "paused", "active");
        outbox.release(call.tx(), transportId.value());
        return resumed;
    }

    private Reply<Transport> move(Call call, TransportId id, String from, String to) {
        var before = lock(call, id);
        if (!before.state().equals(from)) {
            throw Problem.INVALID_STATE.because("The transport is " + before.state() + ".");
        }
        return changed(call, before, transports.changeState(call.tx(), before.id(), to));
    }

    private Row lock(Call call, TransportId id) {
        var row = Require.found(transports.lock(call.tx(), id.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<Transport> changed(Call call, Row before, Row after) {
        var transport = toApi(after);
        call.changed(transport.id(), toApi(before), transport);
        return Reply.ok(transport);
    }

    /** The server with its password sealed for this transport. */
    private Server server(UUID id, NewTransportSmtp smtp) {
        if ((smtp.user() == null) != (smtp.password() == null)) {
            var missing = smtp.user() == null ? "user" : "password";
            var detail = "`" + missing + "` is required: a login has a user and a password, and a change of `smtp` contains both.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/smtp/" + missing, "required", detail));
        }
        return new Server(
                smtp.host(), smtp.port() == null ? PORT : smtp.port(), (smtp.tls() == null ? TransportTls.STARTTLS : smtp.tls()).value(), smtp.user(),
                smtp.password() == null ? null : keys.sealSecret(smtp.password(), new TransportId(id).toString()));
    }

    /** The endpoint with its secret sealed for this transport. */
    private Endpoint endpoint(UUID id, NewTransportHttp http) {
        if (http.secret() == null) {
            var detail = "`secret` is required, also in a change of `http`.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/http/secret", "required", detail));
        }
        if (!WebhookSignature.isSecret(http.secret())) {
            var detail = "A secret is `whsec_` and 24 to 64 bytes in base64.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/http/secret", "format", detail));
        }
        try {
            TargetRules.http(http.url());
        } catch (OutboundFailure forbidden) {
            throw Problem.VALIDATION_FAILED.because(forbidden.getMessage()).with(Item.pointer("/http/url", "format", forbidden.getMessage()));
        }
        return new Endpoint(http.url(), keys.sealSecret(http.secret(), new TransportId(id).toString()));
    }

    private static void requireOne(@Nullable NewTransportSmtp smtp, @Nullable NewTransportHttp http) {
        if ((smtp == null) == (http == null)) {
            var detail = "A transport has `smtp` or `http`, exactly one of both.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/smtp", "excluded", detail));
        }
    }

    private static void recordFormer(Call call, @Nullable Replaced former) {
        if (former != null) {
            var after = toApi(former.after());
            call.changed(after.id(), toApi(former.before()), after);
        }
    }

    private static TransportPatch patchable(Row row) {
        var server = row.server();
        var endpoint = row.endpoint();
        return new TransportPatch(
                row.externalId(), row.name(),
                server == null ? null : new NewTransportSmtp(server.host(), server.port(), TransportTls.fromValue(server.tls()), server.user(), null),
                endpoint == null ? null : new NewTransportHttp(endpoint.url(), null),
                new NewTransportSender(row.senderAddress(), row.senderName()), row.ratePerMinute(), row.isDefault(), signal(row));
    }

    private static @Nullable UUID id(@Nullable SignalId id) {
        return id == null ? null : id.value();
    }

    private static @Nullable SignalId signal(Row row) {
        return row.signalId() == null ? null : new SignalId(row.signalId());
    }

    static Transport toApi(Row row) {
        var server = row.server();
        var endpoint = row.endpoint();
        return new Transport(
                new TransportId(row.id()), row.externalId(), row.name(), MessageChannel.fromValue(row.channel()), TransportKind.fromValue(row.kind()),
                server == null
                        ? null
                        : new TransportSmtp(server.host(), server.port(), TransportTls.fromValue(server.tls()), server.user(), server.password() != null),
                endpoint == null ? null : new TransportHttp(endpoint.url(), true),
                new TransportSender(row.senderAddress(), row.senderName()), row.ratePerMinute(), row.isDefault(), signal(row),
                TransportState.fromValue(row.state()),
                row.createdAt(), row.updatedAt(), row.version());
    }
}
