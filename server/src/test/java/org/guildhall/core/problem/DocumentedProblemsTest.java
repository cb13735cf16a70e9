package org.guildhall.core.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The problems that the document shows as examples are those that the server sends. */
class DocumentedProblemsTest {

    @Test
    void documentedProblems_haveTitleAndStatusOfTheirCode() throws IOException {
        JsonNode document;
        try (var json = Problem.class.getResourceAsStream("/openapi/openapi.json")) {
            document = new ObjectMapper().readTree(json);
        }
        var seen = new ArrayList<String>();
        for (var response : document.at("/components/responses")) {
            var example = response.path("content").path("application/problem+json").path("example");
            if (example.isObject()) {
                var problem = Arrays.stream(Problem.values()).filter(one -> one.code().equals(example.path("code").asText())).findFirst().orElseThrow();
                assertEquals(problem.title() + " " + problem.status(), example.path("title").asText() + " " + example.path("status").asInt());
                assertTrue(example.path("type").asText().endsWith("/problems/" + problem.code()), example.toString());
                seen.add(problem.code());
            }
        }
        assertTrue(seen.size() >= 15, seen.toString());
    }
}
