package org.guildhall.core.http;

import io.javalin.http.servlet.JavalinServlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Passes requests to Javalin without X-HTTP-Method-Override, by which Javalin would replace the method. */
final class RequestServlet extends HttpServlet {

    private static final long serialVersionUID = 1;
    private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";

    private final transient JavalinServlet javalin;

    RequestServlet(JavalinServlet javalin) {
        this.javalin = javalin;
    }

    /** Accepts every method, including TRACE and unknown ones; the routes decide the answer. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        ServletRequest passed = request.getHeader(METHOD_OVERRIDE) == null ? request : new WithoutMethodOverride(request);
        javalin.service(passed, response);
    }

    private static final class WithoutMethodOverride extends HttpServletRequestWrapper {

        WithoutMethodOverride(HttpServletRequest request) {
            super(request);
        }

        @Override
        public @Nullable String getHeader(String name) {
            return name.equalsIgnoreCase(METHOD_OVERRIDE) ? null : super.getHeader(name);
        }
    }
}
