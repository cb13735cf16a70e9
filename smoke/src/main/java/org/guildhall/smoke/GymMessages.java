package org.guildhall.smoke;

import java.util.List;
import java.util.stream.Stream;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.ListTemplatesOptions;
import org.guildhall.client.model.MessageCategory;
import org.guildhall.client.model.MessagePreferencesPatch;
import org.guildhall.client.model.NewMessageCaps;
import org.guildhall.client.model.NewMessageCapsByChannel;
import org.guildhall.client.model.NewMessageQuietHours;
import org.guildhall.client.model.NewQuietWindow;
import org.guildhall.client.model.NewTemplate;
import org.guildhall.client.model.NewTemplateVariable;
import org.guildhall.client.model.TemplateState;
import org.guildhall.client.model.Weekday;

/** The texts of the gym's messages. It can be repeated: a template is looked up by its {@code external_id}, and created only if it is missing. */
final class GymMessages {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 1;

    private static final NewQuietWindow NIGHT = new NewQuietWindow(
            List.of(Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI, Weekday.SAT, Weekday.SUN), "21:00", "08:00");
    private static final int MAILS_PER_DAY = 3;

    private GymMessages() {}

    static void fill(Guildhall tenant, Progress progress) {
        template(tenant, "trial_reminder", MessageCategory.REMINDER, "Your trial class, {{first_name}}",
                "Hi {{first_name}},\n\nwe see you on {{day}} at {{time}}.", "first_name", "day", "time");
        template(tenant, "payment_recovery", MessageCategory.RECOVERY, "Your payment didn't go through",
                "Hi {{first_name}},\n\nyour bank refused {{amount}}. Please choose another way to pay before {{day}}.", "first_name", "amount", "day");
        template(tenant, "booking_promoted", MessageCategory.TRANSACTIONAL, "You have a place: {{session_name}}",
                "Hi {{person_name}},\n\na place is free, so you are booked for {{session_name}} on {{date}} at {{time}}.",
                "person_name", "session_name", "date", "time");
        template(tenant, "booking_offered", MessageCategory.TRANSACTIONAL, "A place for you: {{session_name}}",
                "Hi {{person_name}},\n\na place in {{session_name}} on {{date}} at {{time}} is yours if you accept it by {{offered_until_time}}.",
                "person_name", "session_name", "date", "time", "offered_until_time");
        template(tenant, "session_canceled", MessageCategory.TRANSACTIONAL, "Canceled: {{session_name}}",
                "Hi {{person_name}},\n\n{{session_name}} on {{date}} at {{time}} is canceled: {{reason}}",
                "person_name", "session_name", "date", "time", "reason");
        tenant.tasks().messagePreferences().update(new MessagePreferencesPatch()
                .withQuietHours(new NewMessageQuietHours(List.of(NIGHT), List.of(NIGHT), List.of(NIGHT)))
                .withCaps(new NewMessageCaps(new NewMessageCapsByChannel(MAILS_PER_DAY))));
        progress.step("the templates of messages, and when they are held");
    }

    private static void template(Guildhall tenant, String key, MessageCategory category, String subject, String body, String... variables) {
        var templates = tenant.tasks().templates();
        var template = CatalogSeed.ensure(
                () -> templates.list(new ListTemplatesOptions().withExternalId(key)),
                () -> templates.create(new NewTemplate(key, category, "en-AU", subject, body)
                        .withExternalId(key)
                        .withVariables(Stream.of(variables).map(NewTemplateVariable::new).toList())));
        if (template.state().equals(TemplateState.DRAFT)) {
            templates.publish(template.id());
        }
    }
}
