/** The user who created every report, in the history and in the details (doc: the fields). */
export const creator = { created_by_user_id: 1234567, created_by_user_name: 'Sim Ulator' } as const;
