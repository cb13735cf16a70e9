package org.guildhall.runtime.imports;

import java.util.List;

/**
 * A row of a CSV file.
 *
 * @param line on which it begins, from 1
 * @param cells their texts, without quotes; no more than a header line may have
 * @param cellCount how many cells there are, kept or not
 * @param faults what is wrong with the way in which its cells are written, at most one of a cell
 */
record CsvRow(long line, List<String> cells, int cellCount, List<Fault> faults) {

    /**
     * A cell that can't be read.
     *
     * @param cell its place in the row, from 0
     */
    record Fault(int cell, String code, String detail) {}

    /** Whether nothing stands in it: spreadsheets write such rows at the end of a table. */
    boolean isBlank() {
        return faults.isEmpty() && cellCount == cells.size() && cells.stream().allMatch(String::isEmpty);
    }
}
