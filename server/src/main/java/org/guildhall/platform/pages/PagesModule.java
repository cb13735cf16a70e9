package org.guildhall.platform.pages;

import java.util.function.Supplier;
import org.guildhall.core.http.Api;
import org.jspecify.annotations.Nullable;

/** The pages outside the API: the API explorer, the problems, the operators' health room and the widgets for other pages. */
public final class PagesModule {

    private PagesModule() {}

    /**
     * Registers the pages.
     *
     * @param document the published document, as JSON
     */
    public static void bind(Api api, byte[] document) {
        var explorer = new ExplorerPages(() -> ExplorerDocument.of(document));
        api.page("/docs", path -> explorer.page());
        api.page("/docs/{file}", explorer::file);
        var problems = new ProblemPages(once(() -> new ProblemOperations(ExplorerDocument.of(document))));
        api.page("/problems", path -> problems.catalogue());
        api.page("/problems/{code}", path -> problems.page(path.substring(path.lastIndexOf('/') + 1)));
        api.page("/pages/{file}", problems::file);
        var healthRoom = once(HealthRoomPage::new);
        api.page("/health-room", path -> healthRoom.get().page());
        api.page("/health-room/{file}", path -> healthRoom.get().file(path));
        var sessionsWidget = once(() -> Assets.embedded("/widgets/sessions.js"));
        api.page("/widgets/sessions.js", path -> sessionsWidget.get());
    }

    /** A value built at its first use, to save memory on servers whose pages are not used. */
    private static <T> Supplier<T> once(Supplier<T> made) {
        return new Supplier<>() {
            private @Nullable T value;

            @Override
            public synchronized T get() {
                if (value == null) {
                    value = made.get();
                }
                return value;
            }
        };
    }
}
