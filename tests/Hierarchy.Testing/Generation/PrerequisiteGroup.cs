namespace Hierarchy.Testing.Generation;

/// <summary>Prerequisites as documents write them: bare identities (all of them), or a group of which one is enough; a group can stand for product or classification.</summary>
internal sealed record PrerequisiteGroup(IReadOnlyList<Guid> Ids, bool IsCategory, bool IsBare)
{
    public static PrerequisiteGroup All(params Guid[] ids) => new(ids, IsCategory: false, IsBare: true);

    public static PrerequisiteGroup AnyOf(params Guid[] ids) => new(ids, IsCategory: false, IsBare: false);

    public static PrerequisiteGroup Category(params Guid[] ids) => new(ids, IsCategory: true, IsBare: false);
}
