"""The mail catcher: takes every mail by SMTP, sends none, keeps each as a file and shows them on a local page.

`MailSink` alone is the SMTP server that tests send to, with faults on demand.
"""
