// A file of the application where the JavaScript client was to be.
