package org.guildhall.runtime.imports;

import java.util.List;

/**
 * A row of a CSV file.
 *
 * @param line the line on which the row begins, from 1
 * @param cells the texts of the cells, without quotes; at most {@link CsvRowReader#CELLS_MAX}
 * @param cellCount the number of cells in the file, also beyond that limit
 * @param faults the violations of RFC 4180, at most one per cell
 */
record CsvRow(long line, List<String> cells, int cellCount, List<Fault> faults) {

    /**
     * A violation of RFC 4180 in a cell.
     *
     * @param cell the position of the cell in the row, from 0
     */
    record Fault(int cell, String code, String detail) {}

    /** True if all cells are empty. Spreadsheets write such rows at the end of a table. */
    boolean isBlank() {
        return faults.isEmpty() && cellCount == cells.size() && cells.stream().allMatch(String::isEmpty);
    }
}
