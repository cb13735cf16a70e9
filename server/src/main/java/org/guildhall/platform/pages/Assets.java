package org.guildhall.platform.pages;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.guildhall.core.http.content.PageContent;
import org.jspecify.annotations.Nullable;

/** The static files of the pages. Each path contains a hash of the file, so that browsers cache it and still load every new release. */
final class Assets {

    private static final int HASH_BYTES = 8;
    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "json", "application/json", "svg", "image/svg+xml");
    // The policy of a file that is opened directly: it may do nothing.
    private static final String NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    private final String folder;
    private final Map<String, PageContent> files = new HashMap<>();

    /** @param folder the path of all files, with a slash at its end */
    Assets(String folder) {
        this.folder = folder;
    }

    /** Adds a file. @return its path */
    String add(String name, byte[] bytes) {
        int dot = name.lastIndexOf('.');
        var ending = name.substring(dot + 1);
        var path = folder + name.substring(0, dot) + "-" + hash(bytes) + "." + ending;
        files.put(path, PageContent.immutable(bytes, TYPES.get(ending), NOTHING));
        return path;
    }

    /** A script at a path that never changes, for pages of other origins. */
    static PageContent embedded(String resource) {
        return PageContent.embedded(resource(resource), TYPES.get("js"), NOTHING);
    }

    /** The file at this path, or null. */
    @Nullable PageContent at(String path) {
        return files.get(path);
    }

    /** Reads a resource from the class path. */
    static byte[] resource(String name) {
        try (InputStream in = Assets.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the class path");
            }
            return in.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
