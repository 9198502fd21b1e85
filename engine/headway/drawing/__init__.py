"""The revision graph as a picture: text for a terminal, and Mermaid, Graphviz and SVG for documents. Pure."""
