package org.guildhall.core.http.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accept and Content-Type (RFC 9110). */
class MediaTypesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "application/json                                | true",
        "Application/JSON                                | true",
        "*/*                                             | true",
        "application/*                                   | true",
        "text/html, application/xhtml+xml, */*;q=0.8     | true",
        "application/json;q=0.1                          | true",
        "application/json; charset=utf-8                 | true",
        "text/html                                       | false",
        "image/*                                         | false",
        "application/json;q=0                            | false",
        "application/json;q=0, */*                       | false",
        "application/json ; Q=0.000                      | false",
        "*/*;q=0                                         | false",
        "*/*;q=0, application/json                       | true",
        "application/*;q=0, application/json;q=0.5       | true",
        "application/problem+json                        | false",
        "application/jsonx                               | false",
        "rubbish                                         | false",
        ",                                               | false",
    })
    void mostSpecificRange_decides(String accept, boolean accepted) {
        assertEquals(accepted, MediaTypes.accepts(accept, "application/json"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "application/x+json                                    | true",
        "application/x+json, application/problem+json          | true",
        "application/x+json, application/json;q=0.9            | true",
        "application/x+json;q=0.1, application/json;q=0        | true",
        "application/x+json, */*;q=0.5                         | true",
        "application/json, application/x+json                  | false",
        "application/x+json, application/json                  | false",
        "application/x+json;q=0.8, application/json            | false",
        "application/x+json;q=0                                | false",
        "*/*                                                   | false",
        "application/*                                         | false",
        "application/json                                      | false",
        ";                                                     | false",
        "application/x+json;q=0.1234, application/json;q=1.000 | false",
    })
    void higherQuality_isPreferred(String accept, boolean preferred) {
        assertEquals(preferred, MediaTypes.prefers(accept, "application/x+json", "application/json"));
    }

    @Test
    void missingAccept_acceptsEverything() {
        assertTrue(MediaTypes.accepts(null, "application/yaml"));
        assertTrue(MediaTypes.accepts(" ", "application/yaml"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "application/json; profile=x"})
    void bodyOfTheType_matches(String type) {
        assertTrue(MediaTypes.fits(type, "application/json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/json", "application/json5", "application/merge-patch+json", "application/json; charset=utf-16", "application/json, text/plain"})
    void bodyOfAnotherType_doesNotMatch(String type) {
        assertFalse(MediaTypes.fits(type, "application/json"));
        assertFalse(MediaTypes.fits(null, "application/json"));
    }
}
