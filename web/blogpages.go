package web

import (
	"fmt"

	"siteerror/internal/catalog"
)

// BlogPage lists posts.
type BlogPage struct {
	Frame
	Heading string
	Tag     string
	Posts   []*catalog.Post
	Tags    []string
	Feed    string
}

// NewBlog makes the list of all posts.
func (v *Views) NewBlog(c *catalog.Catalog) BlogPage {
	p := BlogPage{Frame: v.frame("Blog", "Posts about HTTP in production: who sent this error, what to answer, and the commands that prove it.", "/blog"), Heading: "Blog", Posts: c.Posts, Tags: c.Tags(), Feed: "/blog/feed.xml"}
	p.Nav = "blog"
	p.Markdown = "/blog.md"
	return p
}

// NewTag makes the list of a tag's posts.
func (v *Views) NewTag(c *catalog.Catalog, tag string, posts []*catalog.Post) BlogPage {
	p := BlogPage{Frame: v.frame("Posts about "+tag, fmt.Sprintf("All posts with the tag %s, newest first, with reading time.", tag), "/blog/tags/"+tag), Heading: "Posts about " + tag, Tag: tag, Posts: posts, Tags: c.Tags(), Feed: "/blog/tags/" + tag + "/feed.xml"}
	p.Nav = "blog"
	p.Markdown = "/blog/tags/" + tag + ".md"
	return p
}

// PostPage is a blog post.
type PostPage struct {
	Frame
	*catalog.Post
	PostTitle string
}

// NewPost makes a post's page.
func (v *Views) NewPost(c *catalog.Catalog, post *catalog.Post) PostPage {
	p := PostPage{Frame: v.frame(post.Title, post.Summary, post.Path), Post: post, PostTitle: post.Title}
	p.Nav = "blog"
	p.Frame.Markdown = post.Path + ".md"
	p.Frame.Edit = c.EditURL(post.Page)
	p.Image = v.absolute("/cards" + post.Path + ".png")
	p.JSONLD = ld(map[string]any{
		"@context": "https://schema.org", "@type": "TechArticle", "headline": post.Title, "description": post.Summary,
		"datePublished": post.Date.Format("2006-01-02"), "dateModified": post.Page.Modified.Format("2006-01-02"), "url": v.absolute(post.Path),
	})
	return p
}
