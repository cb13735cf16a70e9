package org.guildhall.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The valid and invalid vectors of the public TypeID specification (version 0.3), and cases that they don't cover. */
class TypeIdsTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(emptyValue = "", textBlock = """
        nil,            '',      00000000000000000000000000,                        00000000-0000-0000-0000-000000000000
        one,            '',      00000000000000000000000001,                        00000000-0000-0000-0000-000000000001
        ten,            '',      0000000000000000000000000a,                        00000000-0000-0000-0000-00000000000a
        sixteen,        '',      0000000000000000000000000g,                        00000000-0000-0000-0000-000000000010
        thirty-two,     '',      00000000000000000000000010,                        00000000-0000-0000-0000-000000000020
        max-valid,      '',      7zzzzzzzzzzzzzzzzzzzzzzzzz,                        ffffffff-ffff-ffff-ffff-ffffffffffff
        valid-alphabet, prefix,  prefix_0123456789abcdefghjkmnpqrs,                 0110c853-1d09-52d8-d73e-1194e95b5f19
        valid-uuidv7,   prefix,  prefix_01h455vb4pex5vsknk084sn02q,                 01890a5d-ac96-774b-bcce-b302099a8057
        prefix-underscore, pre_fix, pre_fix_00000000000000000000000000,             00000000-0000-0000-0000-000000000000
        """)
    void validId_isParsedAndFormatted(String name, String prefix, String text, UUID uuid) {
        assertEquals(uuid, TypeIds.parse(prefix, text));
        assertEquals(text, TypeIds.format(prefix, uuid));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(emptyValue = "", ignoreLeadingAndTrailingWhitespace = true, textBlock = """
        prefix-uppercase,            PREFIX,    PREFIX_00000000000000000000000000
        prefix-numeric,              '12345',   12345_00000000000000000000000000
        prefix-period,               pre.fix,   pre.fix_00000000000000000000000000
        prefix-non-ascii,            préfix,    préfix_00000000000000000000000000
        prefix-spaces,               '  prefix',  '  prefix_00000000000000000000000000'
        prefix-64-chars,             abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl, abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl_00000000000000000000000000
        separator-empty-prefix,      '',        _00000000000000000000000000
        separator-empty,             '',        _
        suffix-short,                prefix,    prefix_1234567890123456789012345
        suffix-long,                 prefix,    prefix_123456789012345678901234567
        suffix-spaces,               prefix,    'prefix_1234567890123456789012345 '
        suffix-uppercase,            prefix,    prefix_0123456789ABCDEFGHJKMNPQRS
        suffix-hyphens,              prefix,    prefix_123456789-123456789-123456
        suffix-wrong-alphabet,       prefix,    prefix_ooooooiiiiiiuuuuuuulllllll
        suffix-ambiguous-crockford,  prefix,    prefix_i23456789ol23456789oi23456
        suffix-hyphens-crockford,    prefix,    prefix_123456789-0123456789-0123456
        suffix-overflow,             prefix,    prefix_8zzzzzzzzzzzzzzzzzzzzzzzzz
        prefix-underscore-start,     _prefix,   _prefix_00000000000000000000000000
        prefix-underscore-end,       prefix_,   prefix__00000000000000000000000000
        empty,                       '',        ''
        prefix-empty,                prefix,    prefix_
        another-prefix,              prefix,    profix_00000000000000000000000000
        no-separator,                prefix,    prefix-00000000000000000000000000
        beyond-ascii,                prefix,    prefix_0000000000000000000000000é
        """)
    void invalidId_refused(String name, String prefix, String text) {
        assertThrows(IllegalArgumentException.class, () -> TypeIds.parse(prefix, text));
    }

    @Test
    void uuid_formattedAndParsed_keepsEveryBit() {
        for (int bit = 0; bit < 128; bit++) {
            UUID uuid = bit < 64 ? new UUID(0, 1L << bit) : new UUID(1L << bit - 64, 0);
            assertEquals(uuid, TypeIds.parse("prd", TypeIds.format("prd", uuid)), () -> uuid.toString());
        }
    }

    @Test
    void formattedId_sortsLikeItsUuid() {
        String earlier = TypeIds.format("prd", UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057"));
        String later = TypeIds.format("prd", UUID.fromString("01890a5d-ac97-774b-bcce-b302099a8057"));
        assertEquals(-1, Integer.signum(earlier.compareTo(later)));
    }

    @ParameterizedTest
    @CsvSource({"Prd", "p1", "_prd", "prd_", "'p d'"})
    void format_invalidPrefix_refused(String prefix) {
        assertThrows(IllegalArgumentException.class, () -> TypeIds.format(prefix, new UUID(0, 0)));
    }
}
