"""The web server: granian, and what stands between it and the application.

granian reads and writes HTTP. `gateway` takes a request from it, has its body read within a deadline, and hands it to
one of a few threads that run the application (WSGI). So a client that sends or reads slowly never holds a thread.
"""
