package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A failed start that the operator can fix prints one sentence. */
class StartFailureTest {

    @Test
    void databaseDown_isOneSentence() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var failure = assertThrows(StartFailure.class,
                () -> StartFailure.check("jdbc:postgresql://127.0.0.1:" + port + "/guildhall", "guildhall_app", "s3cr3t", "GUILDHALL_DATABASE_PASSWORD"));
        assertEquals("The database doesn't accept connections: check that PostgreSQL runs, and the host and port of GUILDHALL_DATABASE_URL.",
                failure.getMessage());
    }

    @Test
    void unknownHost_isOneSentence() {
        var failure = assertThrows(StartFailure.class,
                () -> StartFailure.check("jdbc:postgresql://nothing.invalid/guildhall", "guildhall_app", "", "GUILDHALL_DATABASE_PASSWORD"));
        assertEquals("The host of GUILDHALL_DATABASE_URL can't be resolved.", failure.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "28P01 | The database refuses the login of guildhall_app: check GUILDHALL_DATABASE_PASSWORD.",
        "28000 | The database refuses the login of guildhall_app: check GUILDHALL_DATABASE_PASSWORD.",
        "08004 | The database requires a password for guildhall_app: set GUILDHALL_DATABASE_PASSWORD.",
        "3D000 | The database of GUILDHALL_DATABASE_URL doesn't exist.",
        "57P03 | The database is starting up or shutting down: try again.",
        "XX000 | The database can't be reached: FATAL: something"})
    void refusedLogin_namesTheSetting(String state, String sentence) {
        assertEquals(sentence, StartFailure.sentence(new SQLException("FATAL: something\n  Detail: more", state), "guildhall_app", "GUILDHALL_DATABASE_PASSWORD"));
    }

    @Test
    void postgresql_olderThan18_isRefused() {
        assertEquals("The database is PostgreSQL 17. Guildhall needs 18 or later.",
                assertThrows(StartFailure.class, () -> StartFailure.check(17)).getMessage());
        assertDoesNotThrow(() -> StartFailure.check(18));
        assertDoesNotThrow(() -> StartFailure.check(19));
    }

    @Test
    void portInUse_isOneSentence() {
        var wrapped = new IllegalStateException("start failed", new IOException("Failed to bind", new BindException("Address already in use")));
        assertEquals("Port 8080 is used by another program: stop that program, or set GUILDHALL_PORT.", StartFailure.sentence(wrapped, 8080));
        assertNull(StartFailure.sentence(new IllegalStateException("else"), 8080));
    }
}
