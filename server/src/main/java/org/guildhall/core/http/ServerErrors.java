package org.guildhall.core.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.guildhall.core.audit.RequestIds;
import org.guildhall.core.problem.Problem;

/** Writes the refusals of Jetty itself, before a request reaches the pipeline, as problems. */
final class ServerErrors extends ErrorHandler {

    private final Problems problems;

    ServerErrors(Problems problems) {
        this.problems = problems;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus() >= 400 ? response.getStatus() : 500;
        var requestId = RequestIds.request();
        var path = request.getHttpURI() == null || request.getHttpURI().getPath() == null ? "/" : request.getHttpURI().getPath();
        // Jetty's path for a request whose first line is malformed.
        var instance = path.equals("/badMessage") ? "/" : path;
        var answer = problems.answer(Problem.ofStatus(status).refusal(), instance, requestId);
        response.setStatus(answer.status());
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put("Request-Id", requestId);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
        return true;
    }
}
