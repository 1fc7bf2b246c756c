"""The only disk: the service folder, foreign files, models with manifests."""
