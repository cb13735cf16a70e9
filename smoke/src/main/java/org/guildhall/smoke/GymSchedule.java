package org.guildhall.smoke;

import org.guildhall.client.Guildhall;
import org.guildhall.client.model.ClassType;
import org.guildhall.client.model.ListClassTypesOptions;
import org.guildhall.client.model.ListLocationsOptions;
import org.guildhall.client.model.Location;
import org.guildhall.client.model.NewClassType;
import org.guildhall.client.model.NewLocation;
import org.guildhall.client.model.Promotion;

/** The classes of Winter Street: two kinds and two studios. */
final class GymSchedule {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 1;

    private static final int WAITLIST_PLACES = 5;

    private final Guildhall guildhall;

    private GymSchedule(Guildhall guildhall) {
        this.guildhall = guildhall;
    }

    static void fill(Guildhall guildhall, Progress progress) {
        var schedule = new GymSchedule(guildhall);
        schedule.location("studio-1", new NewLocation("Studio 1").withAddress("12 Winter Street, Sydney").withPlaces(24));
        schedule.location("dojo", new NewLocation("Dojo").withAddress("14 Winter Street, Sydney").withPlaces(30));
        schedule.classType("spin-45", new NewClassType("Spin 45", 45, 20).withWaitlistPlaces(WAITLIST_PLACES).withAgeMin(16).withColor("#2F6FDE"));
        schedule.classType("kids-judo", new NewClassType("Kids' judo", 60, 12)
                .withWaitlistPlaces(WAITLIST_PLACES).withAgeMin(6).withAgeMax(12).withPromotion(Promotion.OFFER).withColor("#D9822B"));
        progress.step("two kinds of class in two studios");
    }

    private Location location(String externalId, NewLocation values) {
        var locations = guildhall.schedule().locations();
        return CatalogSeed.ensure(
                () -> locations.list(new ListLocationsOptions().withExternalId(externalId)),
                () -> locations.create(values.withExternalId(externalId)));
    }

    private ClassType classType(String externalId, NewClassType values) {
        var classTypes = guildhall.schedule().classTypes();
        return CatalogSeed.ensure(
                () -> classTypes.list(new ListClassTypesOptions().withExternalId(externalId)),
                () -> classTypes.create(values.withExternalId(externalId)));
    }
}
