"""The mail catcher: accepts every mail by SMTP, sends none, stores each as a file and shows them on a local page.

`MailSink` alone is the SMTP server of the tests, with faults on demand.
"""
