namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>An update's id with the number of one of its revisions.</summary>
public readonly record struct RevisionKey(Guid Id, int Revision)
{
    public override string ToString() => $"{Id:D} r{Revision}";
}
