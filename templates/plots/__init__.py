"""Plots of a class's statistics: matplotlib lays them out, our own media draw them.

A recorder takes the place of matplotlib's renderers and writes down primitives of
`templates.drawings.drawing`. So a plot on paper is vectors in the document's own fonts, tagged
like every drawing, and on a screen it follows the page's colours, dark or light.
"""
