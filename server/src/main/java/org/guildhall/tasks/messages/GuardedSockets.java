package org.guildhall.tasks.messages;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import javax.net.SocketFactory;
import org.guildhall.core.outbound.OutgoingAddresses;

/** The sockets of one attempt. Each connects to the addresses that were judged, and all of them can be closed from another thread. */
final class GuardedSockets extends SocketFactory {

    private final OutgoingAddresses addresses;
    private final boolean listedOnly;
    private final List<Socket> open = new ArrayList<>();
    private boolean closed;

    /** @param listedOnly true to connect only to addresses that the operator has listed */
    GuardedSockets(OutgoingAddresses addresses, boolean listedOnly) {
        this.addresses = addresses;
        this.listedOnly = listedOnly;
    }

    @Override
    public synchronized Socket createSocket() throws SocketException {
        if (closed) {
            throw new SocketException("The time for the attempt is over.");
        }
        var socket = new GuardedSocket();
        open.add(socket);
        return socket;
    }

    /** Closes all sockets, which ends every wait on them. Later ones aren't opened. */
    synchronized void closeAll() {
        closed = true;
        for (var socket : open) {
            try {
                socket.close();
            } catch (IOException alreadyGone) {
                // The other side has closed the connection.
            }
        }
    }

    private final class GuardedSocket extends Socket {

        @Override
        public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
            var wanted = (InetSocketAddress) endpoint;
            var judged = listedOnly ? addresses.resolveListed(wanted.getHostString()) : addresses.resolve(wanted.getHostString());
            super.connect(new InetSocketAddress(judged.getFirst(), wanted.getPort()), timeoutMillis);
        }
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        var socket = createSocket();
        socket.connect(InetSocketAddress.createUnresolved(host, port));
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostAddress(), port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) throws IOException {
        return createSocket(address, port);
    }
}
