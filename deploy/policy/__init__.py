"""What every manifest must keep, beyond what a schema can say."""
