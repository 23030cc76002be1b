"""A site's own filter: made of its moderators' lessons, and asked about each comment.

`features` turns a comment into numbers, `readings` keeps those of a lesson as bytes, `worth` says
how much each lesson counts, `counting` counts and scores, `proving` tests what that is good for,
`training` makes the filter of all this, and `trained` is what is asked.
"""
