"""The playground: a page that shows every property and attribute of the widget's looks live."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Property:
    """A custom property `--vestibule-{name}`. Measures are in rem, from `low` to `high`."""

    name: str
    label: str
    initial: str
    low: float = 0.0
    high: float = 0.0

    @property
    def is_colour(self) -> bool:
        return self.high == 0.0


PROPERTIES = (
    Property("accent", "Accent: the button, marks of the staff", "#2c6e5f"),
    Property("accent-text", "Text on the accent", "#ffffff"),
    Property("background", "Background, with a theme", "#ffffff"),
    Property("text", "Text, with a theme", "#1f2321"),
    Property("surface", "Surface of the form and of new comments", "#f2f2f2"),
    Property("field", "Background of fields", "#ffffff"),
    Property("line", "Lines", "#cccccc"),
    Property("field-line", "Border of fields", "#777777"),
    Property("muted", "Dates and notes", "#555555"),
    Property("error", "Fields that need another look", "#c23b2d"),
    Property("radius", "Round corners", "0.5", high=2.0),
    Property("gap", "Space between comments", "1.5", low=0.25, high=4.0),
    Property("indent", "How far replies are set in", "2.25", high=5.0),
)
