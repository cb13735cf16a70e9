package org.guildhall.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.ListProductsSort;
import org.guildhall.client.model.NewProduct;
import org.guildhall.client.model.Product;
import org.guildhall.client.model.ProductKind;
import org.guildhall.client.model.ProductLifecycleStatus;
import org.guildhall.client.model.ProductPatch;

/** The README's examples, word for word between their markers; {@code ReadmeTest} compares and runs them. */
final class ReadmeExamples {

    private final String url;
    private final Guildhall guildhall;

    ReadmeExamples(String url, Guildhall guildhall) {
        this.url = url;
        this.guildhall = guildhall;
    }

    Guildhall begin(String token) {
        // example: begin
        Guildhall guildhall = Guildhall.builder()
                .baseUrl(url)                        // https://api.example.org
                .token(token)                        // gld_live_…
                .timeout(Duration.ofSeconds(10))     // of one attempt; 30 seconds unless said
                .maxRetries(2)                       // 4 unless said
                .build();
        // end
        return guildhall;
    }

    Page<Product> byCall(String otherToken) {
        // example: one call
        Product product = guildhall.withTimeout(Duration.ofSeconds(2)).withMaxRetries(0).catalog().products().get("prd_1").value();

        Guildhall other = guildhall.withToken(otherToken);     // the same connections, another caller
        Page<Product> products = other.catalog().products().list();
        // end
        return product == null ? null : products;
    }

    Guildhall observed(Consumer<String> log) {
        // example: observe
        Guildhall guildhall = Guildhall.builder()
                .baseUrl(url)
                .observer(attempt -> log.accept(attempt.method() + " " + attempt.route() + " " + attempt.status()
                        + " in " + attempt.duration().toMillis() + " ms, request " + attempt.requestId()))
                .build();
        // end
        return guildhall;
    }

    long limits() {
        // example: limits
        Page<Product> page = guildhall.catalog().products().list();

        for (RateLimit limit : page.headers().rateLimits()) {
            System.out.println(limit.policy() + ": " + limit.remaining() + " requests left");
        }
        // end
        return page.headers().rateLimits().get(0).remaining();
    }

    Guildhall faked(Product adult) {
        // example: fake
        ProductsApi products = new ProductsApi() {
            @Override
            public Response<Product> get(String productId, ReadOptions options) {
                return Response.of(adult);
            }
        };
        Guildhall fake = new Guildhall() {
            @Override
            public Domains.Catalog catalog() {
                return new Domains.Catalog() {
                    @Override
                    public ProductsApi products() {
                        return products;
                    }
                };
            }
        };
        // end
        return fake;
    }

    String create() {
        // example: create
        Response<Product> created = guildhall.catalog().products().create(
                new NewProduct("Adult membership").withExternalId("adult").withDescription("Every class, every day."));

        String id = created.value().id();
        String etag = created.etag();
        // end
        return id + " " + etag;
    }

    ProductLifecycleStatus change(String id) {
        // example: change
        Response<Product> product = guildhall.catalog().products().get(id);

        guildhall.catalog().products().update(id,
                new ProductPatch().withName("Adult").withDescription(null),     // null removes, what isn't named stays
                new WriteOptions().withIfMatch(product.etag()).withAuditReason("Shorter, the committee said."));

        Product published = guildhall.catalog().products().publish(id).value();
        // end
        return published.lifecycleStatus();
    }

    List<String> list() {
        // example: list
        var plans = new ListProductsOptions()
                .withKind(ProductKind.PLAN)
                .withSort(ListProductsSort.NAME)
                .withLimit(100);

        for (Product plan : guildhall.catalog().products().list(plans).all()) {
            System.out.println(plan.name());
        }

        List<String> names = guildhall.catalog().products().list(plans).stream().map(Product::name).collect(Collectors.toList());
        // end
        return names;
    }

    int pages() {
        // example: pages
        Page<Product> page = guildhall.catalog().products().list(new ListProductsOptions().withIncludeTotal(true));
        long total = page.total();                             // capped at 10,000: page.totalCapped()

        while (page.hasMore()) {
            page = page.next().orElseThrow();
        }
        // end
        return (int) total;
    }

    String refusals() {
        // example: refusals
        try {
            guildhall.catalog().products().create(new NewProduct("Adult").withExternalId("adult"));
        } catch (ProblemException problem) {
            switch (problem.code()) {
                case "already_exists" -> System.out.println("It is there already.");
                case "validation_failed" -> problem.errors().forEach(error -> System.out.println(error.pointer() + " " + error.detail()));
                default -> throw problem;                      // its message has code, detail and request id
            }
        }
        // end
        return "survived";
    }

    boolean once(String orderNumber) {
        // example: once
        Response<Product> created = guildhall.catalog().products().create(
                new NewProduct("Adult"), new WriteOptions().withIdempotencyKey("import-" + orderNumber));

        boolean before = created.replayed();
        // end
        return before;
    }

    int tryOut() {
        // example: try out
        Response<Product> tried = guildhall.catalog().products().create(new NewProduct("Junior"), new WriteOptions().withDryRun());

        Product wouldBe = tried.value();
        int changes = tried.dryRun().orElseThrow().changes().size();
        // end
        return wouldBe.name().length() + changes;
    }

    boolean unchanged(String id, String etag) {
        // example: unchanged
        Response<Product> product = guildhall.catalog().products().get(id,
                new ReadOptions().withIfNoneMatch(etag).withFields("id", "name", "version"));

        boolean same = product.notModified();
        // end
        return same;
    }

    String unknown(Product product) throws JsonProcessingException {
        // example: unknown
        ProductLifecycleStatus status = product.lifecycleStatus();
        if (!status.isKnown()) {
            System.out.println("A newer server calls it " + status.value());
        }

        ObjectMapper mapper = Guildhall.mapper();
        String text = mapper.writeValueAsString(product);      // with every member that came, known or not
        // end
        return text;
    }
}
