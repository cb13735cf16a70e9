package org.guildhall.billing.mirror;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guildhall.billing.events.ProviderObject;
import org.junit.jupiter.api.Test;

/** Each type of object has one mirror. */
class MirroringTest {

    private static List<ObjectMirror<?>> mirrors() {
        return Arrays.stream(ProviderObject.class.getPermittedSubclasses())
                .<ObjectMirror<?>>map(type -> mirror(type.asSubclass(ProviderObject.class)))
                .toList();
    }

    private static <T extends ProviderObject> ObjectMirror<T> mirror(Class<T> type) {
        return new ObjectMirror<>(type, (tx, changes, connectionId, object, origin) -> Applied.of(Verdict.SAME_EVENT));
    }

    @Test
    void eachTypeOnce_isAccepted() {
        assertDoesNotThrow(() -> new Mirroring(mirrors()));
    }

    @Test
    void typeWithoutMirror_isRefused() {
        for (int at = 0; at < mirrors().size(); at++) {
            var some = new ArrayList<>(mirrors());
            some.remove(at);
            assertThrows(IllegalStateException.class, () -> new Mirroring(some));
        }
    }

    @Test
    void typeWithTwoMirrors_isRefused() {
        var more = new ArrayList<>(mirrors());
        more.add(mirrors().getFirst());
        assertThrows(IllegalStateException.class, () -> new Mirroring(more));
    }
}
