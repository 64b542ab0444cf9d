"""The office's desk after the hand-in: markers, moderation, results of an exam, marking again, appeals."""
