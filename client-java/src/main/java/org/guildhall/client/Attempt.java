package org.guildhall.client;

import java.time.Duration;

/**
 * One attempt at a call. Holds no token, no parameters, no bodies: all of it can be logged.
 *
 * @param method the HTTP method
 * @param route the path with its parameters in braces, as the API's document has it; one series of a metric for each operation
 * @param number 1 for the first attempt at the call
 * @param status the HTTP status; null if there was no answer
 * @param code the code of the problem; null if there was none
 * @param failure why there was no answer; null if there was one
 * @param requestId the id by which the server's operators find the request; null if the answer had none
 * @param duration from the sending to the end of the answer; of a download, to the beginning of its content
 * @param retryIn the wait before the next attempt; null if there is none
 */
public record Attempt(
        String method, String route, int number, Integer status, String code, String failure, String requestId, Duration duration,
        Duration retryIn) {

    /** Whether the server did what it was asked. */
    public boolean isSuccess() {
        return failure == null && code == null;
    }
}
