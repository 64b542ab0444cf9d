"""Questions in other people's formats: GIFT, Moodle XML, QTI 2.1, 2.2 and 3.0, CSV. Pure: imports no Django."""
