namespace Hierarchy.Content.Planning;

/// <summary>The plan as it stands. Whoever knows what is approved sets it; the rest of the room reads it.</summary>
public sealed class ContentPlans(ContentOptions options)
{
    private volatile ContentPlan _current = ContentPlan.Nothing(options.Policy);

    /// <summary>The plan.</summary>
    public ContentPlan Current
    {
        get => _current;
        set => _current = value;
    }
}
