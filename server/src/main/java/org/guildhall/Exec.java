package org.guildhall;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Replaces this process by another program, with the same process id, environment and streams: {@code execv} of POSIX. */
final class Exec {

    private Exec() {}

    /** Doesn't return, unless the system refuses. @param command the program's path, and its arguments */
    static void replaceProcess(List<String> command) {
        try (var arena = Arena.ofConfined()) {
            var linker = Linker.nativeLinker();
            var execv = linker.defaultLookup().find("execv").orElseThrow();
            var arguments = arena.allocate(ValueLayout.ADDRESS, command.size() + 1L);
            for (int at = 0; at < command.size(); at++) {
                arguments.setAtIndex(ValueLayout.ADDRESS, at, arena.allocateFrom(command.get(at)));
            }
            arguments.setAtIndex(ValueLayout.ADDRESS, command.size(), MemorySegment.NULL);
            var call = linker.downcallHandle(execv, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            call.invoke(arena.allocateFrom(command.getFirst()), arguments);
        } catch (Throwable refused) {
            LoggerFactory.getLogger(Exec.class).warn("The process can't be replaced", refused);
        }
    }
}
