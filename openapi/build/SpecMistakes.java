import java.util.List;

/** Everything that is wrong with the sources, found in one go: whoever writes a spec wants the whole list, not its first line. */
final class SpecMistakes extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<String> reasons;

    SpecMistakes(List<String> reasons) {
        super(reasons.size() + (reasons.size() == 1 ? " mistake" : " mistakes") + " in the spec:\n  " + String.join("\n  ", reasons));
        this.reasons = List.copyOf(reasons);
    }

    SpecMistakes(String reason) {
        this(List.of(reason));
    }

    List<String> reasons() {
        return reasons;
    }
}
