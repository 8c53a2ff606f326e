/** Whether a back-fill is under way: of the first version (`backfilling`) or of a newer one (`changing`). */
export const isFilling = (state: string | undefined) => state === "backfilling" || state === "changing";
