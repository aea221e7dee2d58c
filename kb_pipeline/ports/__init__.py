"""Small protocols between the services and the world, each as narrow as what takes it. Adapters implement them."""
