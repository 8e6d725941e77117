/** Whether the rail is open where it has no place of its own. */
export const drawer = $state({ open: false })
