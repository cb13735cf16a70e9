package org.guildhall.core;

import org.guildhall.TestServer;
import org.guildhall.api.Operation;

/** The tenants in which operations are tested. Each thread has its own, so that tests at the same time don't share samples. */
final class SampleTenants {

    private static final ThreadLocal<SampleTenants> OF_THREAD = ThreadLocal.withInitial(SampleTenants::new);

    private final SampleData platform = new SampleData(TestServer.shared().platform());
    private final SampleData ours = new SampleData(TestServer.shared().tenant());
    private final SampleData theirs = new SampleData(TestServer.shared().tenant());

    private SampleTenants() {}

    /** The tenant that calls. */
    static SampleData ours() {
        return OF_THREAD.get().ours;
    }

    /** Another tenant with samples of its own. */
    static SampleData theirs() {
        return OF_THREAD.get().theirs;
    }

    /** A new tenant in which no job changes rows, unless the operation waits for a job. Made under the lock of this class. */
    static synchronized SampleData still(Operation operation) {
        return new SampleData((operation.status() == 202 ? TestServer.shared() : TestServer.withoutScheduler()).tenant());
    }

    /** The tenant whose consumers can call the operation. */
    static SampleData home(Operation operation) {
        return OperationGroup.ofThePlatform(operation) ? OF_THREAD.get().platform : ours();
    }
}
