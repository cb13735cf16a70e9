package org.guildhall.tasks.preferences;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.MessageCaps;
import org.guildhall.api.model.MessageCapsByChannel;
import org.guildhall.api.model.MessagePreferences;
import org.guildhall.api.model.MessagePreferencesId;
import org.guildhall.api.model.MessagePreferencesPatch;
import org.guildhall.api.model.MessageQuietHours;
import org.guildhall.api.model.NewMessageCaps;
import org.guildhall.api.model.NewMessageCapsByChannel;
import org.guildhall.api.model.NewMessageQuietHours;
import org.guildhall.api.model.NewQuietWindow;
import org.guildhall.api.model.QuietWindow;
import org.guildhall.api.model.Weekday;
import org.guildhall.api.tasks.MessagePreferencesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.time.QuietHours;
import org.guildhall.tasks.preferences.PreferenceStore.Row;
import org.guildhall.tasks.preferences.PreferenceStore.Values;
import org.guildhall.tasks.preferences.PreferenceStore.Window;
import org.jspecify.annotations.Nullable;

/** The tenant's preferences for messages: {@code /tasks/message-preferences}. */
final class MessagePreferencesHandler implements MessagePreferencesApi<Call> {

    private static final int DAY_NAME_CHARACTERS = 3;
    private static final int HOUR_MINUTES = 60;

    private final PreferenceStore preferences;

    MessagePreferencesHandler(PreferenceStore preferences) {
        this.preferences = preferences;
    }

    @Override
    public Reply<MessagePreferences> getMessagePreferences(Call call) {
        return Reply.ok(toApi(preferences.get(call.tx())));
    }

    @Override
    public Reply<MessagePreferences> updateMessagePreferences(Call call, Patch<MessagePreferencesPatch> patch) {
        var before = preferences.lock(call.tx());
        call.expect(before.version());
        var wanted = patch.onto(patchable(before));
        var wrong = new ArrayList<Item>();
        var windows = new ArrayList<Window>();
        read("reminder", wanted.quietHours().reminder(), windows, wrong);
        read("recovery", wanted.quietHours().recovery(), windows, wrong);
        read("marketing", wanted.quietHours().marketing(), windows, wrong);
        ProblemException.ifAny(wrong);
        var values = new Values(windows, emails(wanted.caps()), wanted.unsubscribeText());
        if (values.equals(before.values())) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var after = toApi(preferences.update(call.tx(), values));
        call.changed(after.id(), toApi(before), after);
        return Reply.ok(after);
    }

    private static @Nullable Integer emails(NewMessageCaps caps) {
        return caps.perPersonPerDay() == null ? null : caps.perPersonPerDay().email();
    }

    private static void read(String category, @Nullable List<NewQuietWindow> windows, List<Window> read, List<Item> wrong) {
        for (int at = 0; windows != null && at < windows.size(); at++) {
            var window = windows.get(at);
            if (window.starts().equals(window.ends())) {
                wrong.add(Item.pointer("/quiet_hours/" + category + "/" + at + "/ends", "same",
                        "`ends` must differ from `starts`. A whole day is from 00:00 to 24:00."));
                continue;
            }
            read.add(new Window(
                    category, QuietHours.Window.parse(window.days().stream().map(Weekday::value).toList(), window.starts(), window.ends())));
        }
    }

    private static Weekday name(DayOfWeek day) {
        return Weekday.fromValue(day.name().substring(0, DAY_NAME_CHARACTERS).toLowerCase(Locale.ROOT));
    }

    private static String time(int minutes) {
        return String.format(Locale.ROOT, "%02d:%02d", minutes / HOUR_MINUTES, minutes % HOUR_MINUTES);
    }

    private static MessagePreferencesPatch patchable(Row row) {
        return new MessagePreferencesPatch(
                new NewMessageQuietHours(patchable(row, "reminder"), patchable(row, "recovery"), patchable(row, "marketing")),
                new NewMessageCaps(new NewMessageCapsByChannel(row.values().emailsPerDay())), row.values().unsubscribeText());
    }

    private static List<NewQuietWindow> patchable(Row row, String category) {
        return windows(row, category).stream().map(window -> new NewQuietWindow(window.days(), window.starts(), window.ends())).toList();
    }

    private static MessageQuietHours quietHours(Row row) {
        return new MessageQuietHours(windows(row, "reminder"), windows(row, "recovery"), windows(row, "marketing"));
    }

    private static List<QuietWindow> windows(Row row, String category) {
        return row.values().windows().stream()
                .filter(window -> window.category().equals(category))
                .map(window -> new QuietWindow(
                        window.hours().days().stream().sorted().map(MessagePreferencesHandler::name).toList(), time(window.hours().startMinutes()), time(window.hours().endMinutes())))
                .toList();
    }

    private static MessageCaps caps(Row row) {
        return new MessageCaps(new MessageCapsByChannel(row.values().emailsPerDay()));
    }

    private static MessagePreferences toApi(Row row) {
        return new MessagePreferences(
                new MessagePreferencesId(row.tenant()), quietHours(row), caps(row), row.values().unsubscribeText(), row.createdAt(), row.updatedAt(), row.version());
    }
}
