import java.util.List;

/** Lists all mistakes in the sources at once, so that the author can fix them in one go. */
final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<String> reasons;

    Refused(List<String> reasons) {
        super(reasons.size() + (reasons.size() == 1 ? " mistake" : " mistakes") + " in the spec:\n  " + String.join("\n  ", reasons));
        this.reasons = List.copyOf(reasons);
    }

    Refused(String reason) {
        this(List.of(reason));
    }

    List<String> reasons() {
        return reasons;
    }
}
