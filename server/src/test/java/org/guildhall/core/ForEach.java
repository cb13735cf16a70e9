package org.guildhall.core;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** A test for each operation of a group. Several operations are tested at the same time, each in the {@link SampleTenants} of its thread. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@ArgumentsSource(ForEach.Operations.class)
@Execution(ExecutionMode.CONCURRENT)
@interface ForEach {

    OperationGroup value();

    /** The operations of the group. */
    final class Operations implements ArgumentsProvider, AnnotationConsumer<ForEach> {

        private OperationGroup group = OperationGroup.ALL;

        @Override
        public void accept(ForEach test) {
            group = test.value();
        }

        @Override
        public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
            return group.operations().map(Arguments::of);
        }
    }
}
