package org.guildhall.core.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.guildhall.core.outbound.OutboundFailure.Code;

/**
 * Looks names up and judges what they lead to. A caller connects to the addresses that it returns, and never looks a name up again: a name
 * that changes its address between two look-ups gains nothing.
 */
public final class GuardedResolver implements AutoCloseable {

    /** Looks a name up; replaceable in tests. */
    @FunctionalInterface
    public interface Names {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final OutgoingAddresses addresses;
    private final Names names;
    /** A look-up can't be interrupted, so it runs beside the caller, which waits until its deadline. */
    private final ExecutorService lookups = Executors.newVirtualThreadPerTaskExecutor();

    /** A resolver that asks the system's name servers. */
    public GuardedResolver(OutgoingAddresses addresses) {
        this(addresses, InetAddress::getAllByName);
    }

    public GuardedResolver(OutgoingAddresses addresses, Names names) {
        this.addresses = addresses;
        this.names = names;
    }

    /**
     * The addresses of a host name or of a literal, in brackets or not.
     *
     * @throws OutboundFailure {@code target_forbidden} if any of several addresses is forbidden, {@code name_unknown}, {@code timeout}
     */
    public List<InetAddress> resolve(String host, Deadline deadline) throws OutboundFailure {
        var name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        var found = List.of(lookUp(name, deadline.left()));
        for (var address : found) {
            if (!addresses.isAllowed(address)) {
                throw TargetRules.forbidden("The target leads to an address that isn't public.");
            }
        }
        return found;
    }

    private InetAddress[] lookUp(String name, Duration left) throws OutboundFailure {
        var lookup = lookups.submit(() -> names.addresses(name));
        try {
            return lookup.get(left.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw new OutboundFailure(Code.NAME_UNKNOWN, "The host of the target can't be found.");
        } catch (TimeoutException late) {
            lookup.cancel(true);
            throw Deadline.timeout();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new OutboundFailure(Code.NO_RESOLVER, "The node is stopping.");
        }
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
