package org.guildhall.client;

import java.time.Duration;

/**
 * One attempt at a call. It contains no token, no parameters and no bodies, so all of it can be logged.
 *
 * @param method the HTTP method
 * @param route the path with its parameters in braces, as in the API's document; use it as the metric's label for the operation
 * @param number 1 for the first attempt at the call
 * @param status the HTTP status; null without an answer
 * @param code the problem's code; null without a problem
 * @param failure why there was no answer; null if there was one
 * @param requestId the id by which the server's operators find the request; null if the answer had none
 * @param duration from the sending to the end of the answer; for a download, to the beginning of its content
 * @param retryIn the wait before the next attempt; null if there is none
 */
public record Attempt(
        String method, String route, int number, Integer status, String code, String failure, String requestId, Duration duration,
        Duration retryIn) {

    /** True if the server executed the request. */
    public boolean isSuccess() {
        return failure == null && code == null;
    }
}
