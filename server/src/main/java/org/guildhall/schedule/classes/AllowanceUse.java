package org.guildhall.schedule.classes;

/** A quantity of an allowance. @param resourceKey a key of kind {@code allowance} */
public record AllowanceUse(String resourceKey, int quantity) {}
