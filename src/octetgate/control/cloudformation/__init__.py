"""Templates: what a CloudFormation or SAM template says, with all of its functions worked out.

Nothing here acts.  A template is read (:mod:`.template`), its resources are put in order
(:mod:`.ordering`), and each one's properties are resolved as those before it come to be
(:mod:`.intrinsics`); the command line makes them, by way of the management port.
"""
