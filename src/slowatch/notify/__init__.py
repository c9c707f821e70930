"""Sending alerts: to Alertmanagers, again and again, and to webhooks, once each."""
