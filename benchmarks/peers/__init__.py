"""What a user would otherwise pick, each as a competent user would write it; none is a part of the product."""
