import org.openapitools.client.ApiClient;

/** Address and token of a client of the library {@code native}. */
final class Connection {

    private Connection() {}

    static ApiClient to(String url, String token) {
        var client = new ApiClient();
        client.updateBaseUri(url);
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        return client;
    }
}
