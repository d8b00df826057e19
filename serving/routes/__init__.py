"""The routes: HTTP on the outside, `serving.service` on the inside, nothing between."""
