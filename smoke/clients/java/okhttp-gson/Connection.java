import org.openapitools.client.ApiClient;

/** Address and token of a client of the library {@code okhttp-gson}. */
final class Connection {

    private Connection() {}

    static ApiClient to(String url, String token) {
        var client = new ApiClient();
        client.setBasePath(url);
        client.setBearerToken(token);
        return client;
    }
}
